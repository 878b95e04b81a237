{#- A condition: the page is the site's or service's home page, var home_pages; false where none is named. -#}
{% macro is_home_page(page) -%}
    coalesce({{ fold(page) }} in ('{{ var("home_pages") | join("', '") | upper }}'), false)
{%- endmacro %}

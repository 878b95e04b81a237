{#- A condition: the page is the site's or service's home page, var home_pages; false where none is named. -#}
{% macro is_home_page(page) -%}
    {%- set folded = [] -%}
    {%- for home in var('home_pages') -%}
        {%- do folded.append(fold(quoted([home]))) -%}
    {%- endfor -%}
    coalesce({{ fold(page) }} in ({{ folded | join(', ') }}), false)
{%- endmacro %}

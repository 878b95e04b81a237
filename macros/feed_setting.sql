{#- What a feed's contract says of the whole feed: its timezone, its platform. -#}
{% macro feed_setting(feed, setting) %}
    {%- if not execute -%}
        {{ return('') }}
    {%- endif -%}
    {{ return(graph.sources['source.' ~ project_name ~ '.raw.' ~ feed].config.meta[setting]) }}
{% endmacro %}

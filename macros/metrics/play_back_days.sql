{#- How many broadcast dates after its own a programme may be played back and still be counted. -#}
{% macro play_back_days() -%}
    {{ return(28) }}
{%- endmacro %}

{#- A condition: a row of a history held at an instant. -#}
{% macro held_at(history, instant) -%}
    {{ instant }} >= {{ history }}.valid_from_at
    and ({{ instant }} < {{ history }}.valid_to_at or {{ history }}.valid_to_at is null)
{%- endmacro %}

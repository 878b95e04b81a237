{#- Fails with each text that isn't a time on a clock of 24 hours, as in 19:30. -#}
{% test is_clock_time(model, column_name) %}

select {{ column_name }} from {{ model }}
where not (
    length({{ column_name }}) = 5
    and {{ column_name }} like '__:__'
    and translate({{ column_name }}, '0123456789', '') = ':'
    and {{ column_name }} < '24'
    and substr({{ column_name }}, 4, 1) < '6'
)

{% endtest %}

{#- Fails where the table has lost its ghost, so that inner joins with it would lose rows. -#}
{% test has_ghost(model, column_name) %}

select 'ghost' as missing
where not exists (select 1 from {{ model }} where {{ column_name }} = {{ zero_key() }})

{% endtest %}

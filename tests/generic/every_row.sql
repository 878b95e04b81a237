{#- Fails with each row for which the condition does not hold; a condition that is null does not hold. -#}
{% test every_row(model, satisfies) %}

select * from {{ model }}
where not coalesce({{ satisfies }}, false)

{% endtest %}

{#- Fails where no row satisfies the condition. -#}
{% test has_row(model, satisfies) %}

select 'row' as missing
where not exists (select 1 from {{ model }} where {{ satisfies }})

{% endtest %}

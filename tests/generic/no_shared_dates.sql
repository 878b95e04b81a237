{#- Fails with each row whose stretch of dates overlaps the one before it with the same keys. -#}
{% test no_shared_dates(model, keys, first_date='first_date', last_date='last_date') %}

with

followed as (

    select
        {{ keys | join(',\n        ') }},
        {{ first_date }},
        {{ last_date }},
        lead({{ first_date }}) over (
            partition by {{ keys | join(', ') }} order by {{ first_date }}, {{ last_date }}
        ) as next_first_date
    from {{ model }}

)

select * from followed
where next_first_date <= {{ last_date }}

{% endtest %}

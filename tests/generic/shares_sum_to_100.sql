{#- Fails where the shares of all channels with the same values in the columns don't add up to 100. -#}
{% test shares_sum_to_100(model, columns) %}

select
    {{ columns | join(',\n    ') }},
    sum(share_pct) as share_pct
from {{ model }}
group by {{ columns | join(', ') }}
having abs(sum(share_pct) - 100) > 0.000001

{% endtest %}

{#- Stops a build whose business settings (vars) can't be right, with what each may be. -#}
{% macro refuse_wrong_settings() %}
    {%- set allowed = {
        'market_timezone': ["", "an IANA time zone, as in Asia/Riyadh"],
        'broadcast_day_start': ["^([01][0-9]|2[0-3]):[0-5][0-9]$", "a time in quotes, as in '06:00'"],
        'liveness_hold_seconds': ["^[1-9][0-9]{0,5}$", "a whole number of seconds from 1 to 999999"],
        'minute_attribution': ["^(last|longest|exact)$", "last, longest or exact"],
        'overlap_rule': ["^(person|device)$", "person or device"],
        'audience_flow_minutes': ["^([1-9]|[1-5][0-9]|60)$", "a whole number of minutes from 1 to 60"],
        'reach_minutes': ["^([1-9]|[1-9][0-9]{1,2})$", "a whole number of minutes from 1 to 999"],
    } -%}
    {%- for name, (pattern, meaning) in allowed.items() -%}
        {%- if not modules.re.match(pattern, var(name) | string)
            or name == 'market_timezone' and var(name) not in modules.pytz.all_timezones_set -%}
            {{ exceptions.raise_compiler_error(
                "The setting " ~ name ~ " is " ~ var(name) ~ "; it must be " ~ meaning ~ "."
            ) }}
        {%- endif -%}
    {%- endfor -%}
    {%- for name in invocation_args_dict.get('vars', {}) if name not in allowed -%}
        {{ exceptions.raise_compiler_error(
            "There is no setting " ~ name ~ "; there are " ~ allowed | join(', ') ~ "."
        ) }}
    {%- endfor -%}
{% endmacro %}

{#- Stops a build whose business settings (vars) can't be right, with what each may be. -#}
{% macro refuse_wrong_settings() %}
    {%- set whole_number = "^[0-9]+$" -%}
    {%- set positive_number = "^[1-9][0-9]{0,5}$" -%}
    {%- set texts = "^\\[('[^'\"\\\\]*'(, '[^'\"\\\\]*')*)?\\]$" -%}
    {%- set allowed = {
        'market_timezone': ["", "an IANA time zone, as in Asia/Riyadh"],
        'broadcast_day_start': ["^([01][0-9]|2[0-3]):[0-5][0-9]$", "a time in quotes, as in '06:00'"],
        'liveness_hold_seconds': [positive_number, "a whole number of seconds from 1 to 999999"],
        'minute_attribution': ["^(last|longest|exact)$", "last, longest or exact"],
        'session_timeout_minutes': [positive_number, "a whole number of minutes from 1 to 999999"],
        'session_max_hours': [positive_number, "a whole number of hours from 1 to 999999"],
        'home_pages': [texts, "a list of pages, as in [home, /]"],
        'site_hosts': [texts, "a list of hosts, as in [www.example.com]"],
        'attribution_lookback_days': [positive_number, "a whole number of days from 1 to 999999"],
        'player_hold_seconds': [positive_number, "a whole number of seconds from 1 to 999999"],
        'foreground_hold_seconds': [positive_number, "a whole number of seconds from 1 to 999999"],
        'read_seconds': [whole_number, "a whole number of seconds"],
        'overlap_rule': ["^(person|device)$", "person or device"],
        'audience_flow_minutes': ["^([1-9]|[1-5][0-9]|60)$", "a whole number of minutes from 1 to 60"],
        'reach_minutes': ["^([1-9]|[1-9][0-9]{1,2})$", "a whole number of minutes from 1 to 999"],
        'skip_tolerance_seconds': [whole_number, "a whole number of seconds"],
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

"""Small faults of the chart, one at a time, each with the test that must see it: `make mutants`.

The faults stand in `lists/`, by what they would harm. To add one, say its name, where it is made,
and the node id of the narrowest test that fails for it:

    - name: bot-runs-twice
      file: charts/application/templates/trading-bot/statefulset.yaml
      before: "replicas: {{ .replicas | int64 }}"  # must stand there exactly once
      after: "replicas: 2"
      test: tests/chart/application/test_trading_bot.py::test_is_a_stateful_set_of_exactly_one

Another default of a value has a `value` in place of `file` and `before`. The test must fail by an
assertion of its own; where it fails otherwise, `raises` names the exception. When templates are
rewritten, `make test` names the faults that no longer apply, with the text that is gone.
"""

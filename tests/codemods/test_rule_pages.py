"""docs/rules: written from the rules, and fresh."""

from __future__ import annotations

import re

import rule_pages
from codemods.codes import RULES

FILES = {path.name: path.read_text() for path in rule_pages.PAGES.iterdir()}


def test_the_pages_are_what_the_rules_say() -> None:
    stale = {name for name, text in rule_pages.pages().items() if FILES.get(name) != text}

    assert stale == set(), "run `make rules`"
    assert FILES.keys() == rule_pages.pages().keys()


def test_the_index_links_every_page() -> None:
    assert re.findall(r"\]\((\w+)\.md\)", FILES["README.md"]) == sorted(
        RULES, key=lambda code: list(rule_pages.SECTIONS).index(code[:2])
    )


def test_a_page_of_native_code_has_an_example_its_conditions_grade_versions_and_sources() -> None:
    page = FILES["PD205.md"]

    assert "+scheduler = paddle.optimizer.lr.CosineAnnealingDecay(" in page
    assert "- its groups have one learning rate, or `eta_min` is 0" in page
    assert "a: learning rates are bit-identical" in page
    assert "- Paddle 3.0, 3.1, 3.2, 3.3" in page
    assert "<https://docs.pytorch.org/docs/2.13/generated/torch.optim.lr_scheduler." in page
    assert "<https://www.paddlepaddle.org.cn/" in page

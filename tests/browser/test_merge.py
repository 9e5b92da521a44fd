"""What came over the socket is put together with what is known; its keys are names that people chose."""

from __future__ import annotations

from playwright.sync_api import Page

MERGE = """
async ([known, patches]) => {
  const { merge } = await import("postroom/live")
  const target = JSON.parse(known)
  for (const patch of patches) merge(target, JSON.parse(patch))
  return [JSON.stringify(target), {}.ready === undefined]
}
"""


def test_a_vhost_may_have_the_name_of_every_object_s_parent(page: Page) -> None:
    page.goto("/settings/")
    patches = ['{"__proto__": {"ready": 1}, "a": {"ready": 2}}', '{"__proto__": {"unacked": 3}, "a": null}']

    merged, others_are_untouched = page.evaluate(MERGE, ['{"a": {"ready": 1}}', patches])

    assert merged == '{"__proto__":{"ready":1,"unacked":3}}'
    assert others_are_untouched

// Drawing a list again without touching what did not change, so that a refresh never takes an element from under a
// pointer, a focus or a selection.

/** A list in `parent`. `draw(items)` takes `{key, state, make}`: an item is made anew only when its state has changed. */
export function keyedList(parent) {
  let kept = new Map();
  return (items) => {
    const next = new Map();
    items.forEach(({ key, state, make }, index) => {
      const before = kept.get(key);
      const stamp = JSON.stringify(state);
      const element = before?.stamp === stamp ? before.element : make();
      next.set(key, { stamp, element });
      if (parent.children[index] === element) return;
      if (before && before.element !== element && parent.children[index] === before.element) before.element.replaceWith(element);
      else parent.insertBefore(element, parent.children[index] ?? null);
    });
    while (parent.children.length > items.length) parent.lastElementChild.remove();
    kept = next;
  };
}

/** Whether a name matches a pattern. Names of functions contain no asterisk, so a name as a pattern matches only itself. */
export function matchesPattern(pattern: string, name: string): boolean {
  return patternsOverlap(pattern, name);
}

/** Whether some name matches both patterns. Quadratic in their lengths, which the API bounds to 140 characters. */
export function patternsOverlap(left: string, right: string): boolean {
  // below[j]: whether left[i+1…] and right[j…] overlap. Filled from the ends, so that each row needs only the row below.
  let below: boolean[] = [];
  for (let i = left.length; i >= 0; i -= 1) {
    const row: boolean[] = [];
    for (let j = right.length; j >= 0; j -= 1) {
      const skipLeft = below[j] ?? false;
      const skipRight = row[j + 1] ?? false;
      if (i === left.length && j === right.length) row[j] = true;
      else if (left[i] === "*" || right[j] === "*") row[j] = skipLeft || skipRight;
      else row[j] = i < left.length && left[i] === right[j] && (below[j + 1] ?? false);
    }
    below = row;
  }
  return below[0] ?? false;
}

/**
 * Whether a pattern matches everything that another one matches: the asterisk of `inner` is a character that only an
 * asterisk of `outer` stands for. The time grows with the product of the lengths.
 */
export function patternContains(outer: string, inner: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let next = 0; next < inner.length; ) {
    if (outer[at] === "*") {
      star = at;
      at += 1;
      resume = next;
    } else if (outer[at] === inner[next]) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      at = star + 1;
      resume += 1;
      next = resume;
    } else {
      return false;
    }
  }
  return /^\**$/.test(outer.slice(at));
}

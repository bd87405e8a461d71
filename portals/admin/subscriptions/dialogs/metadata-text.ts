type Metadata = Readonly<Record<string, string>>;

/** `name: value`, a line for each. */
export function metadataText(metadata: Metadata): string {
  return Object.entries(metadata)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}

/** What the text changes: a name that is gone is removed. Null where a line has no name, or one stands there twice. */
export function metadataChangeOf(before: Metadata, text: string): Record<string, string | null> | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const entries = lines.map((line) => /^\s*([^:]{1,40}?)\s*:\s*(.{0,500}?)\s*$/.exec(line)?.slice(1, 3));
  const named = new Map<string, string>();
  for (const [name, value] of entries.map((entry) => entry ?? [])) {
    if (name === undefined || value === undefined || named.has(name)) return null;
    named.set(name, value);
  }
  const changed = [...named].filter(([name, value]) => before[name] !== value);
  const removed = Object.keys(before).filter((name) => !named.has(name));
  return Object.fromEntries([...changed, ...removed.map((name) => [name, null] as const)]);
}

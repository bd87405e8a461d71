const dayMs = 24 * 60 * 60_000;

/** The first instant of a day, `YYYY-MM-DD`, in a zone; without one, the reader's. Where clocks skip midnight the day begins later. */
export function startOfDay(day: string, timeZone?: string): string {
  const asUtcMs = Date.parse(`${day}T00:00:00Z`);
  const candidates = [asUtcMs - dayMs, asUtcMs + dayMs].map((nearMs) => asUtcMs - offsetMs(nearMs, timeZone));
  const within = candidates.filter((atMs) => wallClock(atMs, timeZone).startsWith(day));
  return new Date(Math.min(...(within.length > 0 ? within : candidates))).toISOString();
}

/** How far the zone's clocks are ahead of UTC at that instant. */
function offsetMs(atMs: number, timeZone: string | undefined): number {
  return Date.parse(`${wallClock(atMs, timeZone)}Z`) - atMs;
}

/** `YYYY-MM-DDTHH:MM:SS` there. */
function wallClock(atMs: number, timeZone: string | undefined): string {
  const shown = { dateStyle: 'short', timeStyle: 'medium', timeZone } as const;
  return new Intl.DateTimeFormat('sv-SE', shown).format(atMs).replace(' ', 'T');
}

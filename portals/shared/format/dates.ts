/** A day without a zone, `YYYY-MM-DD`, as people of that language write it. */
export function formatDay(day: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }).format(
    new Date(`${day}T00:00:00Z`),
  );
}

/** The day of an instant in a zone; without one, the reader's. */
export function formatDate(instant: string, language: string, timeZone?: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone }).format(new Date(instant));
}

export function formatInstant(instant: string, language: string, timeZone?: string): string {
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', timeZone });
  return format.format(new Date(instant));
}

/** With seconds, for what is read closely. */
export function formatExactInstant(instant: string, language: string, timeZone?: string): string {
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium', timeZone });
  return format.format(new Date(instant));
}

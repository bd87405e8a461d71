import type { Answer } from '../../contracts/answer.ts';

/** What a business keeps to itself, by the name of the member, and what a customer reads in its place. */
const hidden: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['metadata', {}],
  // Of the timeline: reasons, notes and who acted.
  ['details', {}],
  ['needs_attention', null],
  ['max_subscriptions', null],
  ['max_per_customer', null],
  ['note', null],
  ['decision_note', null],
  // A provider's own words; the kind of the decline stays.
  ['last_error', null],
  ['message', null],
  ['code', null],
]);

const commandsOfBusiness = new Set(['change_date', 'change_metadata']);

/** Of a refusal nothing is hidden: it repeats what the customer sent. */
export function hideFromCustomers(answer: Answer): Answer {
  if (answer.status >= 400 || answer.contentType !== undefined) return answer;
  return { ...answer, body: hide(answer.body) };
}

function hide(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hide);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, hideMember(name, member)]));
}

function hideMember(name: string, member: unknown): unknown {
  if (hidden.has(name)) return hidden.get(name);
  if (name === 'allowed_commands' && Array.isArray(member))
    return member.filter((command) => !commandsOfBusiness.has(command as string));
  return hide(member);
}

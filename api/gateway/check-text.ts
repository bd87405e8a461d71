import { DomainError } from '../../domain/errors.ts';
import { parseApiKey } from '../../identity/api-key.ts';
import { containsCardNumber } from '../../runtime/card-number.ts';

const apiKeyLike = /rc_(?:test|live)_[0-9a-z]{26}_[0-9A-Za-z]{40}/g;
/** No body of the contract comes near it. */
const depthMax = 20;
const NUL = '\u0000';

/** A key of ours, put where it would be stored. */
function refuseApiKey(text: string, field: string): void {
  if (!text.includes('rc_') || !findApiKeys(text)) return;
  const errors = [{ field, message: 'contains an API key' }];
  throw new DomainError('invalid_request', `${field} contains an API key; it belongs into the Authorization header.`, {
    field,
    errors,
  });
}

/** What must not stand in any text that is kept. */
export function refuseSecretText(text: string, field: string): void {
  refuseApiKey(text, field);
  if (!containsCardNumber(text)) return;
  throw new DomainError(
    'card_number_refused',
    `${field} contains what looks like a card number; use a provider’s token.`,
    {
      field,
      errors: [{ field, message: 'contains what looks like a card number' }],
    },
  );
}

function findApiKeys(text: string): boolean {
  return [...text.matchAll(apiKeyLike)].some(([found]) => parseApiKey(found) !== null);
}

function checkText(text: string, field: string): void {
  refuseSecretText(text, field);
  const message = complaintOf(text);
  if (message) {
    throw new DomainError('invalid_request', `${field} ${message}.`, { field, errors: [{ field, message }] });
  }
}

/** What PostgreSQL would refuse, in a text or in JSON. */
function complaintOf(text: string): string | null {
  if (text.includes(NUL)) return 'contains a NUL character';
  return text.isWellFormed() ? null : 'contains half of a surrogate pair';
}

/**
 * Refuses what must be stored nowhere, in every text of a body wherever it stands, member names included (I14). It runs before the
 * schema, so that no refusal can repeat such a text.
 */
export function refuseForbiddenText(value: unknown, field = 'body', depth = 0): void {
  if (typeof value === 'string') {
    checkText(value, field);
    return;
  }
  if (value === null || typeof value !== 'object') return;
  if (depth >= depthMax) throw new DomainError('invalid_request', 'The body is nested too deeply.');
  if (Array.isArray(value)) {
    for (const item of value) refuseForbiddenText(item, field, depth + 1);
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    checkText(name, field);
    refuseForbiddenText(member, depth === 0 ? name.slice(0, 80) : field, depth + 1);
  }
}

import { DomainError } from '../../domain/errors.ts';
import { containsApiKey } from '../../identity/api-key.ts';
import { containsCardNumber } from '../../runtime/card-number.ts';

/** No body of the contract comes near it. */
const depthMax = 20;
const NUL = '\u0000';

/** A key of ours, put where it would be stored. */
function refuseApiKey(text: string, field: string): void {
  if (!containsApiKey(text)) return;
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

/** For what nobody can be asked to write otherwise, such as a browser's own name: it is left out where it holds a secret. */
export function holdsSecret(text: string): boolean {
  return containsApiKey(text) || containsCardNumber(text);
}

/**
 * The parameters of an address or of a form, decoded as the OAuth2 server decodes them. A client's random value
 * in base64url is refused by chance less than once in 10^17: a number counts only where no letter, digit or underscore touches it,
 * not even across three dashes. One that consists of digits alone is refused like everywhere else.
 */
export function refuseForbiddenParameters(parameters: string): void {
  for (const [name, value] of new URLSearchParams(parameters)) refuseForbiddenText({ [name]: value });
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

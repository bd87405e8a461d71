import { DomainError } from '../../domain/errors.ts';
import type { AccountMode, ProviderName } from '../../domain/payments/provider-name.ts';

interface Surroundings {
  mode: AccountMode;
  allowsLocalProviders: boolean;
}

type Check = (value: string, around: Surroundings) => string | null;

interface Field {
  check: Check;
  required: boolean;
}

interface AccountFields {
  /** Secret. */
  credentials: Readonly<Record<string, Field>>;
  /** Not secret. */
  settings: Readonly<Record<string, Field>>;
}

const anySecret: Check = () => null;

const signingSecret: Check = (value) => (value.length >= 16 ? null : 'must have at least 16 characters');

/** Stripe's keys name their mode; one of the other mode would charge real cards in a sandbox, or nobody in earnest. */
const stripeKey: Check = (value, { mode }) => {
  const named = /^(?:sk|rk)_(test|live)_/.exec(value)?.[1];
  if (named === undefined) return 'is not a secret key of Stripe (sk_… or rk_…)';
  return named === mode ? null : `is a ${named} key, and this tenant holds ${mode} accounts`;
};

/** A dialect of the provider's on this machine, where the operator has one; every other call goes to the provider's own address. */
const testAddress: Check = (value, { mode, allowsLocalProviders }) => {
  if (mode === 'live') return 'is for sandbox tenants: live calls go to the provider’s own address';
  return allowsLocalProviders ? addressProblem(value) : 'is not taken here: calls go to the provider’s own address';
};

const ownAddress: Check = (value, { mode }) =>
  mode === 'live' && !value.startsWith('https://') ? 'must be an https address' : addressProblem(value);

function addressProblem(value: string): string | null {
  if (!URL.canParse(value)) return 'is not an address';
  const { protocol, username, password, search, hash } = new URL(value);
  if (protocol !== 'https:' && protocol !== 'http:') return 'must be an http or https address';
  return username || password || search || hash ? 'must be an address without user, query and fragment' : null;
}

/** For how long the business answers a repeated key instead of charging again. */
const keyWindowHours: Check = (value) => {
  const hours = Number(value);
  return Number.isInteger(hours) && hours >= 1 && hours <= 8_760 ? null : 'must be a whole number from 1 to 8760';
};

const required = (check: Check): Field => ({ check, required: true });
const optional = (check: Check): Field => ({ check, required: false });

const fieldsOf: Readonly<Record<ProviderName, AccountFields | null>> = {
  /** Its accounts are the tenants themselves. */
  sandbox: null,
  stripe: { credentials: { secret_key: required(stripeKey) }, settings: { base_url: optional(testAddress) } },
  paypal: {
    credentials: { client_id: required(anySecret), client_secret: required(anySecret) },
    settings: { base_url: optional(testAddress) },
  },
  custom: {
    credentials: { signing_secret: required(signingSecret) },
    settings: { base_url: required(ownAddress), key_window_hours: required(keyWindowHours) },
  },
};

export interface AccountParts {
  provider: ProviderName;
  mode: AccountMode;
  credentials: Readonly<Record<string, string>>;
  settings: Readonly<Record<string, string>>;
  allowsLocalProviders: boolean;
}

/** Throws `invalid_request` naming each field, and never a value, that the provider's accounts have not, lack, or cannot use. */
export function refuseUnfitAccount({ provider, credentials, settings, ...around }: AccountParts): void {
  const fields = accountFieldsOf(provider);
  const errors = [
    ...problemsOf('credentials', { given: credentials, fields: fields.credentials, around }),
    ...problemsOf('settings', { given: settings, fields: fields.settings, around }),
  ];
  const [first] = errors;
  if (!first) return;
  throw new DomainError('invalid_request', `${first.field} ${first.message}.`, { field: first.field, errors });
}

export function accountFieldsOf(provider: ProviderName): AccountFields {
  const fields = fieldsOf[provider];
  if (fields) return fields;
  throw new DomainError('not_supported', 'The sandbox provider needs no account.', { field: 'provider' });
}

function problemsOf(
  part: string,
  {
    given,
    fields,
    around,
  }: { given: AccountParts['settings']; fields: AccountFields['settings']; around: Surroundings },
): { field: string; message: string }[] {
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(fields, name));
  const wrong = Object.entries(fields).map(([name, { check, required: isRequired }]) => {
    const value = given[name];
    if (value === undefined) return { name, message: isRequired ? 'is required' : null };
    return { name, message: check(value, around) };
  });
  return [...unknown.map((name) => ({ name, message: 'is unknown' })), ...wrong].flatMap(({ name, message }) =>
    message === null ? [] : [{ field: `${part}.${name}`, message }],
  );
}

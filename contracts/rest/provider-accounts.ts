import { z } from 'zod';
import { providerNames } from '../../domain/payments/provider-name.ts';
import { bodyOf, emptyBody, instantOut, textUpTo } from './fields.ts';
import { defineRoute } from './route.ts';

const providerAccount = z
  .object({
    provider: z.enum(providerNames),
    mode: z.enum(['test', 'live']),
    status: z.enum(['active', 'credentials_refused', 'disabled']),
    status_reason: z.string().nullable().meta({ description: 'Why the provider refuses the credentials.' }),
    account_ref: z.string().nullable(),
    credentials: z
      .record(z.string(), z.string())
      .meta({ description: 'Which are set, each with its last characters at most.' }),
    settings: z.record(z.string(), z.string()),
    created_at: instantOut,
    updated_at: instantOut,
  })
  .meta({ id: 'ProviderAccount', description: 'The tenant’s account at a payment provider. No secret is ever shown.' });

export type ProviderAccountBody = z.input<typeof providerAccount>;

const namedTexts = (charactersMax: number) => z.record(z.string().max(60), textUpTo(charactersMax));
const accountAnswer = { 200: { description: 'The account.', schema: providerAccount } };
const tag = 'Administration';
const path = '/admin/provider-accounts/{provider}';

export const putProviderAccountRoute = defineRoute({
  method: 'put',
  path,
  permission: 'providers:write',
  tag,
  summary: 'Set up or change the account at a provider; new credentials wake what waited for them',
  body: bodyOf({
    credentials: namedTexts(4_000).optional().meta({
      description:
        'All of the provider’s: stripe `secret_key`; paypal `client_id`, `client_secret`; custom `signing_secret`.',
    }),
    settings: namedTexts(500).optional().meta({
      description:
        'All of them: custom `base_url`, `key_window_hours`; stripe and paypal `base_url` in sandbox tenants.',
    }),
    account_ref: textUpTo(200)
      .nullable()
      .optional()
      .meta({ description: 'The provider’s own id of the account, by which its notifications are told apart.' }),
  }),
  answers: accountAnswer,
  refusals: ['not_supported', 'card_number_refused'],
});

export const listProviderAccountsRoute = defineRoute({
  method: 'get',
  path: '/admin/provider-accounts',
  permission: 'providers:read',
  tag,
  summary: 'List the accounts at providers',
  answers: {
    200: { description: 'All of them; one per provider.', schema: z.object({ data: z.array(providerAccount) }) },
  },
});

export const readProviderAccountRoute = defineRoute({
  method: 'get',
  path,
  permission: 'providers:read',
  tag,
  summary: 'Read the account at a provider',
  answers: accountAnswer,
});

export const disableProviderAccountRoute = defineRoute({
  method: 'delete',
  path,
  permission: 'providers:write',
  tag,
  summary: 'Disable the account at a provider and erase its credentials',
  body: emptyBody,
  answers: accountAnswer,
});

export const checkProviderAccountRoute = defineRoute({
  method: 'post',
  path: `${path}/check`,
  permission: 'providers:write',
  tag,
  summary: 'Ask the provider whether it takes the credentials',
  body: emptyBody,
  answers: accountAnswer,
  refusals: ['provider_not_configured', 'provider_unavailable'],
});

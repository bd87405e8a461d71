import type { PaymentProvider } from '../../adapters/payments/port.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import { markCredentialsRefused } from '../../db/queries/provider-accounts.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import { type TenantDatabase, withTenant } from '../../db/with-tenant.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { workflowCaller } from '../context.ts';
import { requestNotification } from '../notifications/request-notification.ts';
import { withOpenedAccount } from './opened-account.ts';

const watched = [
  'attachMethod',
  'charge',
  'beginSetup',
  'readSetup',
  'lookUp',
  'cancelAttempt',
  'refund',
  'lookUpRefund',
  'listCharges',
  'listEvents',
] as const satisfies readonly (keyof PaymentProvider)[];

type Watched = (typeof watched)[number];
type ProviderCall = (request: { tenantId: string }) => Promise<unknown>;

/** The provider, whose word that a tenant's credentials are wrong is written down whichever call it answers. */
export function watchCredentials(database: TenantDatabase, provider: PaymentProvider): PaymentProvider {
  const calls = watched.map((name) => {
    const ask = provider[name].bind(provider) as ProviderCall;
    const watchedCall: ProviderCall = (request) =>
      withOpenedAccount(
        () => ask(request),
        async (error, openedAt) => {
          // Without an account opened it is an earlier refusal that kept the call back.
          if (openedAt === null || !isCredentialsRefused(error)) return;
          await noteRefusal(database, request.tenantId as TenantId, { provider: provider.name, openedAt, error });
        },
      );
    return [name, watchedCall] as const;
  });
  const rest = {
    name: provider.name,
    capabilities: provider.capabilities,
    parseWebhook: provider.parseWebhook.bind(provider),
    ...(provider.accountOfWebhook && { accountOfWebhook: provider.accountOfWebhook.bind(provider) }),
    ...(provider.keyWindows && { keyWindows: provider.keyWindows.bind(provider) }),
  };
  return { ...rest, ...(Object.fromEntries(calls) as unknown as Pick<PaymentProvider, Watched>) };
}

function isCredentialsRefused(error: unknown): error is ProviderError {
  return error instanceof ProviderError && error.kind === 'not_sent' && error.code === 'credentials_refused';
}

/** The account of the tenant stops being used, and its people are told once. */
async function noteRefusal(
  database: TenantDatabase,
  tenantId: TenantId,
  { provider, openedAt, error }: { provider: string; openedAt: Instant; error: ProviderError },
): Promise<void> {
  await withTenant(database, tenantId, async (tx) => {
    const reason = error.message.slice(0, 500);
    const marked = await markCredentialsRefused(tx, { provider, reason, openedAt });
    if (!marked) return;
    await insertAudits(tx, { ...workflowCaller, actor: `provider:${provider}` }, [
      { action: 'provider_account.credentials_refused', resourceId: provider, details: { reason } },
    ]);
    if (marked.announced) return;
    const kind = 'provider_credentials_refused';
    await requestNotification(tx, { origin: 'workflow', kind, details: { provider, reason } });
  });
}

/** Nothing that repeating soon would cure: a person has to replace the credentials. */
export function isAccountProblem(error: ProviderError): boolean {
  return error.kind === 'not_sent' && (error.code === 'credentials_refused' || error.code === 'not_configured');
}

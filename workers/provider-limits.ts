import type { ProviderLimits } from '../billing/attempts/provider-gates.ts';
import type { Config } from '../runtime/config.ts';

interface Limits extends ProviderLimits {
  /** Calls under way from the provider's queue in this process; the engine holds the rest back. */
  queued: number;
}

const ofProvider: Readonly<Record<string, Pick<Limits, 'queued' | 'perSecond' | 'waiting'>>> = {
  sandbox: { queued: 100, perSecond: 5_000, waiting: 200 },
};
const ofOthers: Pick<Limits, 'queued' | 'perSecond' | 'waiting'> = { queued: 50, perSecond: 100, waiting: 64 };

/** Half of the steps under way are never held by one provider, however it hangs. */
export function limitsOfProvider(provider: string, config: Config): Limits {
  return { ...(ofProvider[provider] ?? ofOthers), inLine: config.databasePoolMax };
}

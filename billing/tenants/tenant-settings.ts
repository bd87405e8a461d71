import type { SettingsBody } from '../../contracts/rest/tenant.ts';
import type { StoredSettings } from '../../db/queries/tenants.ts';
import { SECOND_MS } from '../../domain/instant.ts';

/** By name: what is given replaces what is there, null takes it away. */
export type SettingsChange = { [Name in keyof SettingsBody]?: SettingsBody[Name] | null };

export function renderSettings(stored: StoredSettings): SettingsBody {
  const { dunning, disputes, renewalJitterMs } = stored;
  return present({
    support_url: stored.supportUrl,
    help_url: stored.helpUrl,
    locale: stored.locale,
    timezone: stored.timezone,
    dunning: dunning && renderDunning(dunning),
    catch_up: stored.catchUp,
    renewal_jitter_seconds: renewalJitterMs === undefined ? undefined : Math.round(renewalJitterMs / SECOND_MS),
    amount_max: stored.amountMaxMinor,
    disputes: disputes && present({ on_open: disputes.onOpen, on_lost: disputes.onLost }),
  });
}

function renderDunning({ baseDelayMs, attemptCountMax, finalAction }: NonNullable<StoredSettings['dunning']>) {
  return present({
    base_delay_seconds: baseDelayMs === undefined ? undefined : Math.round(baseDelayMs / SECOND_MS),
    attempt_count_max: attemptCountMax,
    final_action: finalAction,
  });
}

export function applySettings(stored: StoredSettings, change: SettingsChange): StoredSettings {
  const merged = { ...renderSettings(stored), ...present(change) };
  const { dunning, disputes, renewal_jitter_seconds: jitter } = merged;
  return present({
    supportUrl: merged.support_url ?? undefined,
    helpUrl: merged.help_url ?? undefined,
    locale: merged.locale ?? undefined,
    timezone: merged.timezone ?? undefined,
    dunning: dunning ? storedDunning(dunning) : undefined,
    catchUp: merged.catch_up ?? undefined,
    renewalJitterMs: jitter === null || jitter === undefined ? undefined : jitter * SECOND_MS,
    amountMaxMinor: merged.amount_max ?? undefined,
    disputes: disputes ? present({ onOpen: disputes.on_open, onLost: disputes.on_lost }) : undefined,
  });
}

function storedDunning(dunning: NonNullable<SettingsBody['dunning']>): NonNullable<StoredSettings['dunning']> {
  const { base_delay_seconds: delay, attempt_count_max: attemptCountMax, final_action: finalAction } = dunning;
  return present({ baseDelayMs: delay === undefined ? undefined : delay * SECOND_MS, attemptCountMax, finalAction });
}

function present<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;
}

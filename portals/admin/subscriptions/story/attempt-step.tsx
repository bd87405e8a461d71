import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../../shared/format/use-format.ts';
import { RouterAnchor } from '../../../shared/parts/router-parts.tsx';
import { useDeclineText } from '../../payment-errors/use-decline-text.ts';
import type { RunAttempt, RunPayment } from './run-story.ts';

/** One call to the provider: what it answered, when it was really asked, and what it told of its own accord. */
export function AttemptStep({ attempt, payment }: { attempt: RunAttempt; payment: RunPayment }): ReactNode {
  const { t } = useTranslation();
  const answer = useAnswerText(attempt);
  const codeText = useCodeText(attempt);
  const asked = useAskedText(attempt);
  return (
    <>
      {answer !== null && <Text size="sm">{answer}</Text>}
      <Group gap="xs" align="baseline">
        <Text size="xs" c="dimmed" className="break-anywhere">
          {[attempt.provider, codeText, attempt.provider_charge_id, asked].filter((text) => text !== null).join(' · ')}
        </Text>
        <RouterAnchor to={`/payments/${payment.payment_id}`} size="xs">
          {t('runs.toPayment')}
        </RouterAnchor>
      </Group>
      {(attempt.webhooks ?? []).map((webhook) => (
        <Delivery key={webhook.webhook_id} webhook={webhook} />
      ))}
    </>
  );
}

/** In words, then as the provider put it. */
function useAnswerText({ status, code, message, decline_kind }: RunAttempt): string | null {
  const { t } = useTranslation();
  const declineText = useDeclineText();
  if (status !== 'declined') return message;
  const reason = code ?? decline_kind;
  const text = reason === null ? t('runs.noReason') : declineText(reason);
  return message === null ? text : t('runs.inWords', { text, message });
}

function useCodeText({ code, decline_kind }: RunAttempt): string | null {
  const { t } = useTranslation();
  const kind = decline_kind === null ? null : t(`declineKind.${decline_kind}`, { defaultValue: decline_kind });
  if (code === null) return kind;
  return code === decline_kind || kind === null ? t('runs.code', { code }) : `${t('runs.code', { code })} (${kind})`;
}

/** The provider is asked in real time, whatever a test clock says. */
function useAskedText({ sent_at, settled_at, next_look_up_at }: RunAttempt): string | null {
  const { t } = useTranslation();
  const format = useFormat();
  if (sent_at === null) return t('runs.notAsked');
  const at = format.exact(sent_at);
  if (settled_at !== null) {
    const seconds = format.number(Math.max(0, Date.parse(settled_at) - Date.parse(sent_at)) / 1000);
    return t('runs.answered', { at, seconds });
  }
  return next_look_up_at === null
    ? t('runs.asked', { at })
    : t('runs.askedAgain', { at, next: format.exact(next_look_up_at) });
}

function Delivery({ webhook }: { webhook: NonNullable<RunAttempt['webhooks']>[number] }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { event_type, provider_event_id, received_at, status, tries, error } = webhook;
  return (
    <Text size="xs" mt={2} className="break-anywhere" c={status === 'dead' ? 'red' : undefined}>
      {t('runs.delivery', {
        type: event_type ?? provider_event_id,
        id: provider_event_id,
        at: format.exact(received_at),
        status: t(`webhookStatus.${status}`),
      })}
      {tries > 1 && ` · ${t('runs.tries', { count: tries })}`}
      {error !== null && ` · ${error}`}
    </Text>
  );
}

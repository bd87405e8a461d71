import { Alert, Checkbox, Radio, Stack, Text, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../shared/format/use-format.ts';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { LongText } from '../../shared/parts/long-text.tsx';
import { useRefresh } from '../../shared/parts/use-refresh.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';
import { useWhoPays } from '../payments/use-who-pays.ts';
import type { AskedAttempt } from './asked-attempt.ts';

interface Verdict {
  outcome: 'succeeded' | 'failed';
  chargeId: string;
  reason: string;
}

/** No look-up found it: a person has looked at the provider and says what became of it, and then says it once more. */
export function ResolveDialog({ attempt, onClose }: { attempt: AskedAttempt; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [verdict, setVerdict] = useState<Verdict>({
    ...{ outcome: 'failed', reason: '' },
    chargeId: attempt.provider_charge_id ?? '',
  });
  const [isAgain, setAgain] = useState(false);
  const [isSure, setSure] = useState(false);
  const isSaid = verdict.reason.trim() !== '' && (verdict.outcome === 'failed' || verdict.chargeId.trim() !== '');
  async function resolve(key: string): Promise<boolean> {
    if (!isAgain) {
      setAgain(true);
      return false;
    }
    const path = { payment_id: attempt.payment_id, attempt_id: attempt.attempt_id };
    const params = { path, ...keyed(key) };
    const charge = verdict.chargeId.trim();
    const { outcome } = verdict;
    const body = { outcome, reason: verdict.reason.trim(), ...(charge !== '' && { provider_charge_id: charge }) };
    await answered(rest.POST('/v1/admin/payments/{payment_id}/attempts/{attempt_id}/resolve', { params, body }));
    await refresh(t('resolve.done'));
    return true;
  }
  return (
    <IntentDialog
      title={t('resolve.title')}
      confirm={t(isAgain ? 'resolve.confirm' : 'resolve.goOn')}
      danger={isAgain}
      disabled={isAgain ? !isSure : !isSaid}
      onConfirm={resolve}
      onClose={onClose}
    >
      {isAgain ? (
        <OnceMore attempt={attempt} outcome={verdict.outcome} isSure={isSure} onSure={setSure} />
      ) : (
        <VerdictFields verdict={verdict} onChange={(changed) => setVerdict({ ...verdict, ...changed })} />
      )}
    </IntentDialog>
  );
}

function OnceMore(props: {
  attempt: AskedAttempt;
  outcome: Verdict['outcome'];
  isSure: boolean;
  onSure: (isSure: boolean) => void;
}): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const { attempt, outcome } = props;
  const name = useWhoPays(attempt.customer_id);
  const put = { amount: format.money(attempt.amount, attempt.currency), name };
  return (
    <>
      <Alert color="orange" variant="light">
        <Text size="sm">{t(outcome === 'failed' ? 'resolve.warnFailed' : 'resolve.warnSucceeded', put)}</Text>
      </Alert>
      <Checkbox
        label={t('resolve.sure')}
        checked={props.isSure}
        onChange={(event) => props.onSure(event.currentTarget.checked)}
      />
    </>
  );
}

function VerdictFields(props: { verdict: Verdict; onChange: (changed: Partial<Verdict>) => void }): ReactNode {
  const { t } = useTranslation();
  const { verdict, onChange } = props;
  return (
    <>
      <Radio.Group
        label={t('resolve.outcome')}
        value={verdict.outcome}
        onChange={(value) => onChange({ outcome: value === 'succeeded' ? 'succeeded' : 'failed' })}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="failed" label={t('resolve.failed')} />
          <Radio value="succeeded" label={t('resolve.succeeded')} />
        </Stack>
      </Radio.Group>
      <TextInput
        label={t('resolve.chargeId')}
        required={verdict.outcome === 'succeeded'}
        maxLength={200}
        value={verdict.chargeId}
        onChange={(event) => onChange({ chargeId: event.currentTarget.value })}
      />
      <LongText
        label={t('resolve.reason')}
        required
        value={verdict.reason}
        onChange={(text) => onChange({ reason: text })}
      />
    </>
  );
}

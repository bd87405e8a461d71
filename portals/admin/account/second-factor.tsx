import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useRefresh } from '../../shared/parts/use-refresh.ts';
import { rest } from '../../shared/rest/client.ts';
import { ProofForm } from './proof-form.tsx';
import { proven } from './proven.ts';
import { RecoveryCodes } from './recovery-codes.tsx';

type Step = 'none' | 'prove' | 'renew' | 'remove';

interface Offer {
  secret: string;
  qr_svg: string;
}

/** Set up by password and a first code; from then on each sign-in asks for one. */
export function SecondFactor({ isOn, codesLeft }: { isOn: boolean; codesLeft: number }): ReactNode {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [step, setStep] = useState<Step>('none');
  const [offer, setOffer] = useState<Offer | null>(null);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const password = { label: t('account.currentPassword'), autoComplete: 'current-password' };

  async function done(message: string, shown: readonly string[] | null = null): Promise<void> {
    setStep('none');
    setOffer(null);
    setCodes(shown);
    await refresh(message);
  }

  if (codes !== null) return <RecoveryCodes codes={codes} onDone={() => setCodes(null)} />;
  if (offer !== null) {
    return <ConfirmCode offer={offer} onConfirmed={(recovery) => done(t('account.secondFactorOn'), recovery)} />;
  }
  return (
    <Stack gap="sm">
      <Text size="sm">{isOn ? t('account.isOn', { count: codesLeft }) : t('account.isOff')}</Text>
      {step === 'none' && (
        <Group gap="sm">
          {!isOn && <Button onClick={() => setStep('prove')}>{t('account.setUp')}</Button>}
          {isOn && (
            <>
              <Button variant="default" onClick={() => setStep('renew')}>
                {t('account.renewCodes')}
              </Button>
              <Button variant="default" onClick={() => setStep('remove')}>
                {t('account.turnOff')}
              </Button>
            </>
          )}
        </Group>
      )}
      {step === 'prove' && (
        <ProofForm
          button={t('account.goOn')}
          fields={[password]}
          send={async ([given = '']) => setOffer(await proven(rest.POST('/v1/me/totp', { body: { password: given } })))}
        />
      )}
      {step === 'renew' && (
        <ProofForm
          button={t('account.renewCodes')}
          fields={[password]}
          send={async ([given = '']) => {
            const renewed = await proven(rest.POST('/v1/me/recovery-codes', { body: { password: given } }));
            await done(t('account.codesRenewed'), renewed.recovery_codes);
          }}
        />
      )}
      {step === 'remove' && (
        <ProofForm
          danger
          button={t('account.turnOff')}
          fields={[password]}
          send={async ([given = '']) => {
            await proven(rest.DELETE('/v1/me/totp', { body: { password: given } }));
            await done(t('account.secondFactorOff'));
          }}
        />
      )}
    </Stack>
  );
}

function ConfirmCode(props: { offer: Offer; onConfirmed: (codes: readonly string[]) => Promise<void> }): ReactNode {
  const { t } = useTranslation();
  const { secret, qr_svg: picture } = props.offer;
  return (
    <Stack gap="sm">
      <Text size="sm">{t('account.scan')}</Text>
      <img
        src={`data:image/svg+xml,${encodeURIComponent(picture)}`}
        alt={t('account.picture')}
        width={200}
        height={200}
        className="scannable"
      />
      <Textarea readOnly rows={2} maw={420} label={t('account.secret')} value={secret} />
      <ProofForm
        button={t('account.turnOn')}
        fields={[
          {
            ...{ label: t('account.code'), autoComplete: 'one-time-code' },
            description: t('account.codeText'),
          },
        ]}
        send={async ([code = '']) => {
          const body = { code: code.replaceAll(/\s/g, '') };
          const { recovery_codes: codes } = await proven(rest.POST('/v1/me/totp/confirm', { body }));
          await props.onConfirmed(codes);
        }}
      />
    </Stack>
  );
}

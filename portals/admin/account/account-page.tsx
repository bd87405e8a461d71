import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { FieldList } from '../../shared/parts/field-list.tsx';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { Section } from '../../shared/parts/section.tsx';
import { answered, rest } from '../../shared/rest/client.ts';
import { OwnSessions } from '../../shared/session/own-sessions.tsx';
import { PasswordForm } from './password-form.tsx';
import { SecondFactor } from './second-factor.tsx';

/** Who is signed in, and how that is proven: the same in every business one belongs to. */
export function AccountPage(): ReactNode {
  const { t } = useTranslation();
  const account = useQuery({ queryKey: ['own-account'], queryFn: () => answered(rest.GET('/v1/me')) });
  return (
    <>
      <PageHeader title={t('nav.account')} text={t('account.text')} />
      <Loaded query={account} lines={6}>
        {(data) => (
          <>
            <Section title={t('account.you')}>
              <FieldList
                fields={[
                  { label: t('account.name'), value: data.name },
                  { label: t('account.email'), value: data.email },
                  { label: t('account.places'), value: data.places.map(({ name }) => name).join(', ') },
                ]}
              />
            </Section>
            <Section title={t('account.secondFactor')}>
              <SecondFactor isOn={data.totp_enabled} codesLeft={data.recovery_codes_left} />
            </Section>
            <Section title={t('account.password')}>
              <PasswordForm />
            </Section>
            <OwnSessions />
          </>
        )}
      </Loaded>
    </>
  );
}

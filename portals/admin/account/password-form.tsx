import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { rest } from '../../shared/rest/client.ts';
import { ProofForm } from './proof-form.tsx';
import { proven } from './proven.ts';

/** A new password ends every session of its owner, this one too. */
export function PasswordForm(): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <Text size="sm" mb="sm">
        {t('account.passwordText')}
      </Text>
      <ProofForm
        button={t('account.changePassword')}
        fields={[
          { label: t('account.currentPassword'), autoComplete: 'current-password' },
          {
            ...{ label: t('account.newPassword'), autoComplete: 'new-password' },
            description: t('account.newPasswordText'),
          },
        ]}
        send={async ([current = '', wanted = '']) => {
          const body = { current_password: current, new_password: wanted };
          await proven(rest.POST('/v1/me/password', { body }));
          location.assign('/auth/sign-in?return_to=%2Fadmin%2Faccount');
        }}
      />
    </>
  );
}

import { NativeSelect, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { languageNames, languages } from '../../shared/language/start-language.ts';
import { IntentDialog } from '../../shared/parts/intent-dialog.tsx';
import { useRefresh } from '../../shared/parts/use-refresh.ts';
import { answered, keyed, rest } from '../../shared/rest/client.ts';
import type { Customer } from '../../shared/rest/types.ts';

const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

/** A new customer, or the one given. */
export function CustomerDialog({ customer, onClose }: { customer?: Customer; onClose: () => void }): ReactNode {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const [name, setName] = useState(customer?.name ?? '');
  const [email, setEmail] = useState(customer?.email ?? '');
  const [timezone, setTimezone] = useState(customer?.timezone ?? 'UTC');
  const [country, setCountry] = useState(customer?.country ?? '');
  const [language, setLanguage] = useState(customer?.language ?? '');
  async function save(key: string): Promise<void> {
    const orNull = (text: string) => (text.trim() === '' ? null : text.trim());
    const fields = {
      name: orNull(name),
      email: email.trim(),
      timezone,
      country: orNull(country)?.toUpperCase() ?? null,
      language: orNull(language),
    };
    if (customer === undefined) {
      await answered(rest.POST('/v1/customers', { params: keyed(key), body: { ...fields, metadata: {} } }));
    } else {
      const params = { path: { customer_id: customer.customer_id }, ...keyed(key) };
      await answered(rest.PUT('/v1/customers/{customer_id}', { params, body: fields }));
    }
    await refresh(t('customers.saved'));
  }
  return (
    <IntentDialog
      title={t(customer === undefined ? 'customers.add' : 'customers.edit')}
      confirm={t('customers.save')}
      disabled={email.trim() === ''}
      onConfirm={save}
      onClose={onClose}
    >
      <TextInput
        label={t('customers.name')}
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        label={t('customers.email')}
        type="email"
        required
        maxLength={254}
        value={email}
        onChange={(event) => setEmail(event.currentTarget.value)}
      />
      <NativeSelect
        label={t('customers.timezone')}
        data={zones.includes(timezone) ? zones : [timezone, ...zones]}
        value={timezone}
        onChange={(event) => setTimezone(event.currentTarget.value)}
      />
      <TextInput
        label={t('customers.country')}
        description={t('customers.countryText')}
        maxLength={2}
        value={country}
        onChange={(event) => setCountry(event.currentTarget.value)}
      />
      <LanguageOfCustomer value={language} onChange={setLanguage} />
    </IntentDialog>
  );
}

/** Those the portal speaks, and whichever the customer has. */
function LanguageOfCustomer(props: { value: string; onChange: (language: string) => void }): ReactNode {
  const { t } = useTranslation();
  const spoken = languages.map((language) => ({ value: language as string, label: languageNames[language] }));
  const isSpoken = props.value === '' || spoken.some(({ value }) => value === props.value);
  return (
    <NativeSelect
      label={t('frame.language')}
      data={[
        { value: '', label: t('customers.languageOfBrowser') },
        ...spoken,
        ...(isSpoken ? [] : [{ value: props.value, label: props.value }]),
      ]}
      value={props.value}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  );
}

import { Button, Group, Paper, Select, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  chooseLanguage,
  type Language,
  languageNames,
  languageOf,
  languages,
} from '../../shared/language/start-language.ts';
import { Loaded } from '../../shared/parts/loaded.tsx';
import { PageHeader } from '../../shared/parts/page-header.tsx';
import { ProblemPanel } from '../../shared/parts/problem-panel.tsx';
import { useRefresh } from '../../shared/parts/use-refresh.ts';
import { answered, keyed, newIntentKey, rest } from '../../shared/rest/client.ts';
import type { Customer } from '../../shared/rest/types.ts';
import { OwnSessions } from '../../shared/session/own-sessions.tsx';
import { useCustomerId } from '../../shared/session/session-context.tsx';

export function AccountPage(): ReactNode {
  const { t } = useTranslation();
  const customer_id = useCustomerId();
  const customer = useQuery({
    queryKey: ['customer', customer_id],
    queryFn: () => answered(rest.GET('/v1/customers/{customer_id}', { params: { path: { customer_id } } })),
  });
  return (
    <>
      <PageHeader title={t('nav.account')} text={t('account.text')} />
      <Paper maw={560} mb="lg">
        <Loaded query={customer} lines={5}>
          {(data) => <AccountForm customer={data} />}
        </Loaded>
      </Paper>
      <OwnSessions />
    </>
  );
}

const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

function AccountForm({ customer }: { customer: Customer }): ReactNode {
  const { t, i18n } = useTranslation();
  const refresh = useRefresh();
  const [name, setName] = useState(customer.name ?? '');
  const [email, setEmail] = useState(customer.email);
  const [timezone, setTimezone] = useState(customer.timezone);
  const [language, setLanguage] = useState(languageOf(customer.language));
  const save = useMutation({
    mutationFn: () => {
      const params = { path: { customer_id: customer.customer_id }, ...keyed(newIntentKey()) };
      const details = { name: name.trim() === '' ? null : name.trim(), email: email.trim(), timezone };
      // A language that the pages do not speak stays as the business set it, unless another is chosen.
      const body = language === languageOf(customer.language) ? details : { ...details, language };
      return answered(rest.PUT('/v1/customers/{customer_id}', { params, body }));
    },
    onSuccess: async () => {
      if (language !== languageOf(customer.language)) await chooseLanguage(language);
      await refresh(i18n.t('account.saved'));
    },
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    save.mutate();
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={t('account.name')}
          autoComplete="name"
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label={t('account.email')}
          type="email"
          required
          autoComplete="email"
          maxLength={254}
          value={email}
          onChange={(event) => setEmail(event.currentTarget.value)}
        />
        <Select
          label={t('account.timezone')}
          description={t('account.timezoneText')}
          searchable
          allowDeselect={false}
          data={zones.includes(timezone) ? zones : [timezone, ...zones]}
          value={timezone}
          onChange={(zone) => zone !== null && setTimezone(zone)}
        />
        <LanguageSelect value={language} onChange={setLanguage} />
        {save.isError && <ProblemPanel error={save.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            {t('account.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const asBrowser = 'browser';

function LanguageSelect(props: { value: Language | null; onChange: (language: Language | null) => void }): ReactNode {
  const { t } = useTranslation();
  return (
    <Select
      label={t('frame.language')}
      description={t('account.languageText')}
      allowDeselect={false}
      data={[
        { value: asBrowser, label: t('account.languageOfBrowser') },
        ...languages.map((language) => ({ value: language, label: languageNames[language] })),
      ]}
      value={props.value ?? asBrowser}
      onChange={(value) => props.onChange(value === asBrowser ? null : languageOf(value))}
    />
  );
}

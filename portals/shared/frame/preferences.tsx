import { Group, type MantineColorScheme, NativeSelect, useMantineColorScheme } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, type Language, languageNames, languages } from '../language/start-language.ts';

const schemes = ['auto', 'light', 'dark'] as const;

/** Language and colours: kept in the browser, for whoever sits there. */
export function Preferences(): ReactNode {
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Group grow gap="xs" py="xs">
      <NativeSelect
        size="xs"
        aria-label={t('frame.language')}
        value={i18n.language}
        data={languages.map((language) => ({ value: language, label: languageNames[language] }))}
        onChange={({ currentTarget }) => void chooseLanguage(currentTarget.value as Language)}
      />
      <NativeSelect
        size="xs"
        aria-label={t('frame.colours')}
        value={colorScheme}
        data={schemes.map((scheme) => ({ value: scheme, label: t(`frame.scheme.${scheme}`) }))}
        onChange={({ currentTarget }) => setColorScheme(currentTarget.value as MantineColorScheme)}
      />
    </Group>
  );
}

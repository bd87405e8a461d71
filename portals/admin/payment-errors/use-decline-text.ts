import { useTranslation } from 'react-i18next';

/** Why a provider declined, in words; a code without words of its own stays as it came. */
export function useDeclineText(): (code: string) => string {
  const { t } = useTranslation();
  return (code) => t(`decline.${code}`, { defaultValue: code.replaceAll('_', ' ') });
}

import { Button } from '@mantine/core';
import { IconHelp, IconMessageCircle } from '@tabler/icons-react';
import type { ComponentType, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../shared/session/session-context.tsx';

/** The business's own pages of help and support, where it named them. */
export function HelpLinks(): ReactNode {
  const { t } = useTranslation();
  const { helpUrl, supportUrl } = useSession().tenant;
  return (
    <>
      {helpUrl !== null && <LinkOut href={helpUrl} label={t('frame.help')} icon={IconHelp} />}
      {supportUrl !== null && <LinkOut href={supportUrl} label={t('frame.support')} icon={IconMessageCircle} />}
    </>
  );
}

/** A word on a wide window, its picture on a phone. */
function LinkOut(props: {
  href: string;
  label: string;
  icon: ComponentType<{ size?: number; 'aria-hidden'?: boolean }>;
}): ReactNode {
  const Icon = props.icon;
  const away = { component: 'a', href: props.href, target: '_blank', rel: 'noopener noreferrer' } as const;
  return (
    <>
      <Button {...away} variant="subtle" size="sm" visibleFrom="md" leftSection={<Icon size={18} aria-hidden />}>
        {props.label}
      </Button>
      <Button
        {...away}
        variant="subtle"
        size="sm"
        px={8}
        className="keep-width"
        hiddenFrom="md"
        aria-label={props.label}
      >
        <Icon size={20} aria-hidden />
      </Button>
    </>
  );
}

import {
  Check,
  ChevronDown,
  Ellipsis,
  Hand,
  type LucideIcon,
  MessageSquare,
  Mic,
  MicOff,
  MonitorUp,
  MonitorX,
  Phone,
  Video as VideoIcon,
  VideoOff,
} from 'lucide-react';
import {
  Button,
  Header,
  Menu as AriaMenu,
  MenuItem,
  MenuSection,
  MenuTrigger,
  Popover,
} from 'react-aria-components';
import type { Device, LocalMedia } from '../../hooks/useLocalMedia.ts';
import { PHONE, useMedia } from '../../hooks/useMedia.ts';
import { Menu, type MenuAction } from '../../kit/Menu.tsx';

interface ControlsProps {
  local: LocalMedia;
  sharing: boolean;
  canShare: boolean;
  hand: boolean;
  chatOpen: boolean;
  unread: number;
  selfHidden: boolean;
  onShare: () => void;
  onHand: () => void;
  onChat: () => void;
  onSelfHidden: () => void;
  onLeave: () => void;
}

/** What one does in the room, within reach of a thumb. */
export function Controls(props: ControlsProps) {
  const phone = useMedia(PHONE);
  const { local, sharing, hand, unread } = props;
  const share = sharing ? 'Stop showing your screen' : 'Show your screen';
  const raise = hand ? 'Lower your hand' : 'Raise your hand';
  const more: MenuAction[] = [
    ...(phone && props.canShare
      ? [{ id: 'share', text: share, icon: <MonitorUp aria-hidden />, run: props.onShare }]
      : []),
    ...(phone ? [{ id: 'hand', text: raise, icon: <Hand aria-hidden />, run: props.onHand }] : []),
    {
      id: 'self',
      text: props.selfHidden ? 'Show my picture' : 'Hide my picture',
      icon: <VideoOff aria-hidden />,
      run: props.onSelfHidden,
    },
  ];
  return (
    <footer className="l-controls">
      <div role="toolbar" aria-label="Lesson controls">
        <DeviceKey local={local} device="microphone" on={Mic} off={MicOff} caret={!phone} />
        <DeviceKey local={local} device="camera" on={VideoIcon} off={VideoOff} caret={!phone} />
        {!phone && props.canShare && (
          <Key
            icon={sharing ? MonitorX : MonitorUp}
            label={share}
            pressed={sharing}
            onPress={props.onShare}
          />
        )}
        {!phone && <Key icon={Hand} label={raise} pressed={hand} onPress={props.onHand} />}
        <Key
          icon={MessageSquare}
          label={unread > 0 ? `Chat, ${unread} new` : 'Chat'}
          pressed={props.chatOpen}
          badge={unread}
          onPress={props.onChat}
        />
        <Menu label="More" actions={more} className="l-key" dark>
          <Ellipsis aria-hidden />
        </Menu>
        <button type="button" className="l-leave" onClick={props.onLeave} aria-label="Leave">
          <Phone aria-hidden />
          <span>Leave</span>
        </button>
      </div>
    </footer>
  );
}

interface KeyProps {
  icon: LucideIcon;
  label: string;
  pressed: boolean;
  badge?: number;
  onPress: () => void;
}

function Key({ icon: Icon, label, pressed, badge, onPress }: KeyProps) {
  return (
    <button
      type="button"
      className="l-key"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      onClick={onPress}
    >
      <Icon aria-hidden />
      {badge !== undefined && badge > 0 && <span className="l-key-badge">{badge}</span>}
    </button>
  );
}

interface DeviceKeyProps {
  local: LocalMedia;
  device: Device;
  on: LucideIcon;
  off: LucideIcon;
  caret: boolean;
}

const NAMES = { microphone: 'microphone', camera: 'camera' } as const;

function DeviceKey({ local, device, on: On, off: Off, caret }: DeviceKeyProps) {
  const { on, track, choices, opening } = local[device];
  const live = on && track !== null;
  const label = `Turn ${NAMES[device]} ${live ? 'off' : 'on'}`;
  return (
    <div className="l-key-pair" data-off={!live || undefined}>
      <button
        type="button"
        className="l-key"
        aria-label={label}
        title={label}
        aria-busy={opening || undefined}
        onClick={() => local.toggle(device)}
      >
        {live ? <On aria-hidden /> : <Off aria-hidden />}
      </button>
      {caret && (
        <MenuTrigger>
          <Button className="l-key l-key--caret" aria-label={`Choose ${NAMES[device]}`}>
            <ChevronDown aria-hidden />
          </Button>
          <Popover className="l-popover l-dark" placement="top" offset={10}>
            <AriaMenu className="l-menu" onAction={(key) => choose(local, device, String(key))}>
              <DeviceSection
                title={device === 'microphone' ? 'Microphone' : 'Camera'}
                choices={choices}
                chosen={track?.getSettings().deviceId ?? null}
              />
              {device === 'microphone' && local.speakers.length > 0 && (
                <DeviceSection
                  title="Speaker"
                  prefix="speaker:"
                  choices={local.speakers}
                  chosen={local.speaker ?? local.speakers[0]?.deviceId ?? null}
                />
              )}
            </AriaMenu>
          </Popover>
        </MenuTrigger>
      )}
    </div>
  );
}

function choose(local: LocalMedia, device: Device, key: string): void {
  if (key.startsWith('speaker:')) local.chooseSpeaker(key.slice('speaker:'.length));
  else void local.open(device, key);
}

interface DeviceSectionProps {
  title: string;
  choices: readonly MediaDeviceInfo[];
  chosen: string | null;
  prefix?: string;
}

function DeviceSection({ title, choices, chosen, prefix = '' }: DeviceSectionProps) {
  return (
    <MenuSection>
      <Header className="l-menu-title">{title}</Header>
      {choices.map((choice, index) => (
        <MenuItem
          key={choice.deviceId}
          id={`${prefix}${choice.deviceId}`}
          className="l-menu-item"
          textValue={choice.label || `${title} ${index + 1}`}
        >
          <span>{choice.label || `${title} ${index + 1}`}</span>
          {choice.deviceId === chosen && <Check aria-label="in use" />}
        </MenuItem>
      ))}
    </MenuSection>
  );
}

export {
  CHANNELS,
  type InvalidateMessage,
  type LastUsedMessage,
  type RehashMessage,
  type VerifyMessage,
  type VerifySource,
} from "./channels.js";

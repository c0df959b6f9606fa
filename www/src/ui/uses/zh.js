// @ts-check
/** What en.js says, in Chinese. @type {import('../../i18n/index.js').Table} */
export default {
  'source.tools': '数字的来源',
  'source.undo': '撤销',
  'source.clear': '清除',
  'source.heldOut': '换一个留出集数字',
  'source.drawing': '你写的数字',
  'source.digit': '留出集数字 {i}',
  'source.labelled': '留出集数字 {i}（标签 {label}）',
  'source.failed': '没有取到数字，请重试。',
  again: '重试',
  loading: '{what}：{part:percent}',
  fetching: '正在下载模型：{done:bytes}',
  fetchingOf: '正在下载模型：{done:bytes}，共 {total:bytes}',
  fetchingEngine: '正在加载引擎：{done:bytes}',
  fetchingEngineOf: '正在加载引擎：{done:bytes}，共 {total:bytes}',
  silent: '本章的引擎没有应答：网络较慢，或被浏览器拦截。',
};

// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: '模型',
  caption: '网络结构与训练方式。',
  settings: '设置',
  brief: '{preset}，{n} 维潜变量，β {beta:plain}，学习率 {rate:plain}',
  slider: '{setting}，滑块',
  facts: '{parameters} 个[[parameters|参数]]，每[[epoch|轮]] {n} [[step|步]]',
  more: '更多',
  moreBrief: '{likelihood}，预热 {warmup} 步，自由比特 {bits:plain}',
  'moreBrief.free': '{likelihood}，预热 {warmup} 步',
  pending: '需要新建模型，此操作可以撤销。',
  apply: '新建模型',
  keep: '保留当前模型',
  encoder: '编码器',
  decoder: '解码器',
};

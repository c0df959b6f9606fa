// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: '这是数字吗？',
  caption:
    '模型给每幅图像一个以[[nats|奈特]]计的代价：负 [[elbo|ELBO]]。与训练图像相似的代价低，其他图像的代价大多高。',
  examples: '不是数字的图像',
  others: '换一批',
  letters: '字母',
  scribbles: '涂鸦',
  shapes: '单笔线条',
  letter: '字母 {letter}',
  scribble: '一幅涂鸦',
  'shape.dash': '一条横线',
  'shape.falling': '一条下斜线',
  'shape.arch': '一个拱形',
  'shape.cup': '一个碗形',
  'shape.bow': '一条弧线',

  input: '网络看到的图像',
  'input.none': '图像：尚无',
  'input.of': '图像：{name}，28 × 28 像素',
  heat: '奈特花在哪里',
  'heat.none': '奈特花在哪里：尚无',
  'heat.of': '图中奈特的分布：{name}',
  sum: '[[reconstruction|重建误差]] {reconstruction:nats} + KL 散度 {kl:nats} = {total:nats} 奈特',
  'cost.none': '请画点什么，或点一幅不是数字的图像。',
  cost: '{name}的代价是 **{nats:nats} 奈特**。',
  'cost.among': '{name}的代价是 **{nats:nats} 奈特**，高于 {n} 个留出集数字中的 {share}。',
  'cost.cheap': '{name}的代价是 **{nats:nats} 奈特**，{n} 个留出集数字中仅 {share} 的代价更低。',

  histogram: '图像的代价',
  chart:
    '直方图：{n} 个留出集数字的负 ELBO，以及字母、涂鸦和单笔线条的负 ELBO。多数字母和涂鸦在数字的右侧，线条混在数字之中。',
  'chart.x': '负 ELBO（奈特）',
  'chart.y': '图像的比例',
  'chart.digits': '留出集数字',
  'chart.this': '这幅图像',
  table: '非数字图像得分高于数字的概率（AUROC）：1 为总是，0.5 为随机。',
  kind: '对比',
  count: '图像数',
  auroc: '奈特',
  surplus: '比 PNG 多的比特',
  progress: '已测量 {n} / {all} 个留出集数字……',
  measured: '在页面数据集的 {n} 个留出集数字上测得（随机种子 1）。',
  failure:
    '已知的失败：单笔线条的代价可能不比数字高，因为简单的图像容易预测（Nalisnick 等，2019）。最后一列减去了 PNG 存同一图像所需的比特（参照 Serrà 等，2020）。用预训练模型在 MNIST 上，这样能认出线条，却会漏掉一些字母和涂鸦。',
};

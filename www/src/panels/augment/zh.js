// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: '更多数据',
  caption:
    '条件 [[vae|VAE]] 可以写出任意多个带标签的数字：从[[prior|先验]]取一个[[code|编码]]，连同标签一起送入[[decoder|解码器]]。你可以把它们下载下来，也可以看看它们能教会一个只见过少量真实数字的分类器什么。',
  written: '模型写出的 {n} 个数字，各带标签',
  count: '数字个数',
  format: '格式',
  'format.idx': 'IDX 文件（zip）',
  'format.files': 'PNG 文件（zip）',
  'format.sheet': '一张 PNG 总图',
  download: '下载',
  others: '换一批',
  saving: '正在写：{done} / {n}',
  saved: '已把 {n} 个数字写入 {name}（{size:bytes}），与 MNIST 一样黑底白字。',
  figure: '它们能教什么',
  classifier: '分类器',
  taught: '用什么来教',
  accuracy: '准确率',
  neighbour: '最近邻',
  logistic: '逻辑回归',
  alone: '每类 10 个真实数字',
  with: '再加 1,000 个写出的数字',
  writing: '正在写 1,000 个数字……',
  measuring: '正在教分类器：第 {draw} 次抽取，共 {draws} 次',
  counted: '在 {images} 个[[held-out|留出]]数字上，用像素，对真实数字抽取 {draws} 次取平均。',
  'honest.hand': '知识不会凭空而来：这个现成的模型学过 MNIST 的 60,000 个带标签的数字，它传下去的是其中学到的一部分。',
  'honest.yours':
    '你的模型传下去的，只是它从训练图像的标签中学到的东西。如果那些标签只来自上面这几个真实数字，它几乎不会增加什么。',
};

// @ts-check
/** @type {import('../../i18n/index.js').Table} */
export default {
  title: '压缩数字',
  caption: '能准确预测图像的模型，就能用很少的比特写下图像：负 [[elbo|ELBO]] 就是编码长度。',
  input: '网络看到的图像',
  'input.none': '图像：尚无',
  'input.of': '图像：{name}，28 × 28 像素',
  binary: '以一半为界二值化',
  'binary.none': '二值化图像：尚无',
  'binary.of': '{name}的二值化图像：每个像素非黑即白',
  words: '{name}：模型用 **{bits} 比特**，是每像素一比特的 1/{times}。',
  'words.none': '写一个数字，看看它要多少比特。',
  this: '这幅图像',
  bars: '这幅图像所需的比特',
  mean: '留出集数字平均所需的比特',
  meanOf: '{n} 个留出集数字的平均值',
  raw: '每像素一比特',
  'png.alone': 'PNG',
  'gzip.alone': 'gzip',
  'png.together': 'PNG，合为一个文件',
  'gzip.together': 'gzip，合为一个文件',
  model: '模型',
  progress: '已测量 {n} / {all}……',
  measured: '在页面数据集的 {n} 个留出集数字上测得（随机种子 1）。浅色：文件头与校验和。',
  how: '比特回收编码（bits-back）把图像一幅接一幅写下，平均每幅 −ELBO / ln 2 比特：编码像素和[[latent|潜变量]]要花比特，而从[[posterior|后验]]中选取潜变量的那些比特可以收回（Townsend 等，2019）。条形显示的是这一界限，并未真正写出文件。',
  counted:
    'PNG 每像素 1 比特，取所有滤波方式中最小者，最高压缩级；gzip 每字节八个像素，最高压缩级。模型本身不计在内：解码的一方也要有它的 {n} 个权重。',
  'counted.instead':
    '你的模型的似然是概率密度，没有比特数可言，这里改用页面自带的最佳模型。模型本身不计在内：解码的一方也要有它的 {n} 个权重。',
};

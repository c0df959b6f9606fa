// @ts-check
/** @type {Record<string, import('./index.js').Entry>} */
export default {
  vae: {
    title: 'Variational autoencoder',
    text: 'A pair of networks around a narrow waist. The encoder compresses an image to a few numbers, the decoder draws the image from them. “Variational” means that the encoder gives a range of likely codes, not a single one. That keeps latent space free of gaps, so that new codes decode to new digits.',
    picture: 'A digit goes into the encoder, through the narrow code z, and out of the decoder.',
  },
  encoder: {
    title: 'Encoder',
    text: 'The half of the network that reads. It takes the 784 pixels of an image and gives, for each latent, a mean μ and the logarithm of a variance. Together they say which codes could stand for this image.',
    picture: 'A digit goes into the encoder, drawn as a funnel that leads to the code z.',
  },
  decoder: {
    title: 'Decoder',
    text: 'The half of the network that draws. It takes a code z and gives a probability for each of the 784 pixels. It works without the encoder, too: that is how samples are made.',
    picture: 'The code z goes into the decoder, a funnel that widens and ends in a digit.',
  },
  code: {
    title: 'Code (z)',
    text: 'The short list of numbers that stands for an image inside the model. A code with 20 numbers takes the place of 784 pixels. To decode it is to draw the image again.',
    picture: 'Between encoder and decoder stands the code z.',
  },
  latent: {
    title: 'Latent',
    text: 'One of the numbers of a code. “Latent” means hidden: nobody says what it stands for, the model finds a use for it. One may come to hold the slant of a digit, another how round it is. The latent size is how many there are.',
  },
  'latent-space': {
    title: 'Latent space',
    text: 'The space of all codes, with one axis for each latent. A point in it is a code, and it decodes to an image. Training places similar digits near each other, so a walk through latent space changes one digit smoothly into another.',
    picture: 'A plane on which digits of the same kind lie together.',
  },
  conditional: {
    title: 'Conditional VAE',
    text: 'A VAE whose encoder and decoder are both told the label of the image: which digit it is. What the label says need not be in the code, so the code is left with the rest: slant, stroke width, style. To decode one code with another label is to write another digit in the same hand.',
    picture: 'A 7 and its label go into the encoder; z and the label 3 go into the decoder, which draws a 3.',
  },
  parameters: {
    title: 'Parameters',
    text: 'The numbers that training adjusts: the weights and biases of all layers. They hold everything that the network has learnt. Settings such as the learning rate, which people choose, are called hyperparameters.',
  },
  preset: {
    title: 'Preset',
    text: 'A network and the settings that suit it, ready to be trained. Choose one and change whatever you like. Some are here to be good, others to show what goes wrong.',
  },
  'dense-layer': {
    title: 'Dense layer',
    text: 'A layer in which every unit is connected to every unit before it. Each unit multiplies its inputs by its own weights, adds a bias, and passes the sum through an activation function. An MLP is a stack of dense layers.',
    picture: 'Four units on the left, three on the right, all connected; the wires into one unit stand out.',
  },
  convolution: {
    title: 'Convolution',
    text: 'A layer that moves the same small window of weights over the whole image. Each result depends on a small neighbourhood only, and a stroke is recognised wherever it lies. That takes far fewer weights than a dense layer, but more work.',
    picture: 'A window of 3 by 3 pixels of an image gives one pixel of the result.',
  },
  'residual-block': {
    title: 'Residual block',
    text: 'A few layers with a shortcut around them: what comes in is added to what comes out. The layers learn only the change, and the gradient can pass along the shortcut. That makes deep networks easier to train.',
    picture: 'An arrow leads around the box F and is added to its output.',
  },
  activation: {
    title: 'Activation',
    text: 'The value of a unit for one image. It is the weighted sum of the unit’s inputs, passed through a curve, the activation function. Without such curves, all layers together would be no more than a single one.',
    picture: 'ReLU is zero on the left and a straight line on the right; SiLU is its smooth relative.',
  },

  posterior: {
    title: 'Posterior, q(z|x)',
    text: 'What the encoder believes about the code of one image x: a Gaussian with a mean μ and a standard deviation σ for each latent. It is narrow where the image says much about a latent, and as wide as the prior where it says nothing. Strictly, q approximates the true posterior, which cannot be computed.',
    picture: 'A narrow bell curve, the posterior, on top of a wide flat one, the prior.',
  },
  prior: {
    title: 'Prior, p(z)',
    text: 'What is assumed about a code before any image is seen: each latent follows a Gaussian with mean 0 and standard deviation 1. The KL term keeps posteriors near it. That is why a random draw from the prior decodes to something like a digit.',
    picture: 'A bell curve around 0, with a standard deviation of 1.',
  },
  mu: {
    title: 'μ, the mean',
    text: 'The centre of the posterior: the most likely value of a latent for this image. Wherever this page decodes an image without drawing noise, it uses z = μ.',
    picture: 'A bell curve with its centre marked μ.',
  },
  sigma: {
    title: 'σ, the standard deviation',
    text: 'How wide the posterior is: how unsure the encoder is about a latent. A small σ means that the exact value matters for this image, σ near 1 that the latent hardly matters. The network gives log σ², so that σ is always positive.',
    picture: 'A bell curve with the distance σ marked on both sides of its centre.',
  },
  eps: {
    title: 'ε, the noise',
    text: 'Random numbers, one for each latent, drawn from a Gaussian with mean 0 and standard deviation 1. Scaled by σ and added to μ, they give a code. During training they are drawn anew for every image and every step.',
    picture: 'Points drawn at random under a bell curve; one of them is ε.',
  },
  reparameterisation: {
    title: 'Reparameterisation',
    text: 'The trick that makes a VAE trainable. Instead of drawing z directly, draw the noise ε and compute z from it. All randomness is then in ε, so the gradient can flow back through μ and σ into the encoder.',
    picture: 'A point ε under the standard bell curve is scaled by σ, moved by μ, and becomes z.',
  },
  likelihood: {
    title: 'Likelihood, p(x|z)',
    text: 'How probable an image is, given its code. The decoder gives the distribution of each pixel, and the pixels’ probabilities are multiplied. The choice of distribution decides how errors are counted: Bernoulli for ink or no ink, Gaussian for grey levels.',
  },
  bernoulli: {
    title: 'Bernoulli likelihood',
    text: 'Each pixel is a coin toss: the decoder gives the probability p that it is ink. Minus the logarithm of the probability is the cross-entropy, which costs little where the decoder is right and much where it is sure but wrong.',
  },
  gaussian: {
    title: 'Gaussian likelihood',
    text: 'Each pixel is a grey level with a normally distributed error. With a fixed variance, the cost is the squared error over twice the variance: the smaller the variance, the more every error costs. With a learned variance, the decoder also says how sure it is of each pixel.',
  },
  logit: {
    title: 'Logit',
    text: 'What the decoder gives for each pixel before it becomes a probability: any number, positive or negative. The sigmoid curve turns it into a probability between 0 and 1. A logit of 0 means 50 %.',
    picture: 'An S-shaped curve rises from 0 to 1 as the logit a grows.',
  },

  loss: {
    title: 'Loss',
    text: 'The number that training makes as small as it can: the reconstruction error plus β times the KL divergence. It is measured in nats per image. With β = 1 it is minus the ELBO, a bound on how improbable the images are to the model.',
  },
  elbo: {
    title: 'ELBO',
    text: 'The evidence lower bound. How probable an image is under the whole model cannot be computed, but this bound can, and it never claims too much. To raise it means to reconstruct well with posteriors that stay near the prior.',
  },
  reconstruction: {
    title: 'Reconstruction error',
    text: 'How badly the decoder’s image explains the original: minus the log-likelihood, summed over all pixels. It is the first half of the loss. With a Bernoulli likelihood, even a perfect copy of a grey image costs something. The decoded image itself is called the reconstruction.',
  },
  kl: {
    title: 'KL divergence',
    text: 'How far the posterior is from the prior, in nats: what it costs to say this code instead of any code. It is 0 where both are the same, which means that the latent says nothing about the image. It is summed over all latents and is the second half of the loss.',
    picture: 'Two bell curves, the posterior and the wider prior; what lies between them is shaded.',
  },
  nats: {
    title: 'Nat',
    text: 'A unit of information, like the bit, with the natural logarithm in place of the binary one. Something of probability p costs −ln p nats. “100 nats per image” means that on average the model could store a digit in about 144 bits.',
  },
  beta: {
    title: 'β, the weight of the KL',
    text: 'How much the KL divergence counts in the loss. With β = 1 the model is an ordinary VAE. More pulls codes towards the prior: smoother samples, but blurred digits, and latents fall silent. Less gives sharper reconstructions, but random codes decode badly.',
  },
  'warm-up': {
    title: 'β warm-up',
    text: 'β starts at 0 and rises to its full value over the first T steps. At first the model only learns to reconstruct, so its latents find a use before the KL term starts to push them to the prior. It is a cure for posterior collapse.',
    picture: 'β rises in a straight line until step T and stays level from there.',
  },
  'free-bits': {
    title: 'Free bits',
    text: 'A small amount of KL, λ nats, that each latent may use without paying for it. As long as a latent is below it, nothing pushes it towards the prior, so it has no reason to fall silent. It is a cure for posterior collapse.',
    picture: 'The cost stays at λ until the KL exceeds λ, and from there it rises with it.',
  },
  collapse: {
    title: 'Posterior collapse',
    text: 'Latents fall silent: their posterior becomes the prior for every image, so they carry nothing, and the decoder learns to ignore them. It happens where β × KL costs more than a latent saves in reconstruction. A few silent latents are normal, if there are more than the data need.',
    picture: 'Two latents have short whiskers away from 0. Three have collapsed: mean 0, deviation 1.',
  },
  'active-units': {
    title: 'Active units',
    text: 'The latents that are in use. A latent counts as active if its mean μ varies from image to image: if the variance over held-out images is above 0.01. The others are the same for every image and carry nothing.',
    picture: 'Three active latents, with means away from 0, and two that rest at mean 0 and deviation 1.',
  },

  step: {
    title: 'Step',
    text: 'One round of learning: take a batch of images, compute the loss and its gradient, and adjust all parameters a little. A run takes hundreds to thousands of steps.',
  },
  epoch: {
    title: 'Epoch',
    text: 'One pass through all training images, in a new random order. 10,000 images in batches of 128 make 79 steps an epoch.',
  },
  batch: {
    title: 'Batch',
    text: 'The images that one step learns from. A large batch gives a more reliable gradient and keeps a GPU busy; a small one takes less time per step, and its noise can even help.',
  },
  'learning-rate': {
    title: 'Learning rate (η)',
    text: 'How far each step moves the parameters. Too small, and training takes for ever; too large, and it diverges. Here the rate rises over the first tenth of the run to the peak that you set, and then decays to almost zero.',
    picture: 'The learning rate rises quickly at the start of a run, then falls slowly to almost zero.',
  },
  gradient: {
    title: 'Gradient',
    text: 'For each parameter, the direction and the steepness in which the loss grows. Training moves every parameter a little the other way. It is computed from the last layer back to the first, which is called backpropagation.',
    picture: 'A point on a valley’s slope; an arrow leads downhill.',
  },
  adam: {
    title: 'Adam',
    text: 'The optimiser: the rule that turns gradients into changes of the parameters. It remembers a running mean m of each parameter’s gradient and a running mean v of its square. Dividing one by the root of the other gives each parameter a step size of its own.',
  },
  seed: {
    title: 'Seed',
    text: 'A number that fixes all random draws. The same seed gives the same random numbers, so an experiment can be repeated exactly and two models can be shown the same codes.',
  },
  'held-out': {
    title: 'Held-out images',
    text: 'Images that are set aside and never trained on. The loss on them tells whether the model has learnt what digits look like or only remembers the ones that it has seen.',
  },
  overfitting: {
    title: 'Overfitting',
    text: 'The model learns the training images by heart. Its training loss still falls while the held-out loss rises again. More images, a smaller network or fewer epochs help.',
    picture: 'The training loss keeps falling; the held-out loss reaches a minimum and rises again.',
  },
  divergence: {
    title: 'Divergence of training',
    text: 'The loss grows instead of falling, until it is no number any more. Almost always the learning rate is too high: each step jumps over the valley and lands higher up. (The KL divergence is something else.)',
    picture: 'A loss curve falls at first, then swings ever wider and leaves the chart.',
  },
  checkpoint: {
    title: 'Checkpoint',
    text: 'A copy of all that training needs in order to continue: the parameters, the state of the optimiser and the progress. This page keeps one in your browser, and you can save it as a file in the safetensors format.',
  },

  sample: {
    title: 'Sample',
    text: 'A new image: draw a random code from the prior and decode it. Nobody wrote it, and it is not a copy of a training image. Good samples show that the model knows what digits look like, not only how to copy them.',
  },
  interpolation: {
    title: 'Interpolation',
    text: 'A walk from one code to another, decoded along the way. If latent space is well ordered, every frame looks like a digit. The straight line between two codes is called linear interpolation, or lerp.',
    picture: 'A straight line from A to B with three stops on the way.',
  },
  slerp: {
    title: 'Slerp',
    text: 'Spherical linear interpolation: a walk along an arc instead of a straight line, where θ is the angle between the two codes. Codes of many numbers nearly all have about the same length, and the middle of a straight line is shorter than that. On the arc, the length stays typical.',
    picture: 'Between A and B, lerp is the straight chord and slerp the arc around 0.',
  },
  pca: {
    title: 'PCA',
    text: 'Principal component analysis finds the directions in which a cloud of points varies most. The first component is the longest axis of the cloud, the second the longest at right angles to it, and so on. The share of variance says how much of the whole a component shows.',
    picture: 'A slanted cloud of points with its two main axes.',
  },
};

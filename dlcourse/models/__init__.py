"""Model builders, one architecture a file: functions and classes that give a Keras model; importing registers them."""

from dlcourse.models.alexnet import alexnet
from dlcourse.models.autoencoder import autoencoder
from dlcourse.models.bert import BERT, bert
from dlcourse.models.bilstm_classifier import bilstm_classifier
from dlcourse.models.convnext import convnext_tiny
from dlcourse.models.ctc_recognizer import CTCRecognizer, ctc_recognizer
from dlcourse.models.dcgan import dcgan
from dlcourse.models.denoiser import denoiser
from dlcourse.models.diffusion import DiffusionModel
from dlcourse.models.gan import GAN
from dlcourse.models.gpt import GPT, gpt
from dlcourse.models.info_gan import InfoGAN
from dlcourse.models.lenet import lenet5
from dlcourse.models.mlp import mlp
from dlcourse.models.multiply_adds import count_multiply_adds
from dlcourse.models.noise_schedule import NoiseSchedule
from dlcourse.models.pretrained import pretrained
from dlcourse.models.receptive_field import ReceptiveField, receptive_field
from dlcourse.models.resnet import resnet18, resnet34, resnet50, resnet101, resnet152
from dlcourse.models.resnet_cifar import resnet_cifar
from dlcourse.models.seq2seq import Seq2Seq
from dlcourse.models.transformer import Transformer, transformer
from dlcourse.models.unet import unet
from dlcourse.models.vae import VAE, variational_autoencoder
from dlcourse.models.vgg import vgg11, vgg13, vgg16, vgg19
from dlcourse.models.vit import ViT, vit
from dlcourse.models.wgan import WGAN

__all__ = [
    "BERT",
    "GAN",
    "GPT",
    "VAE",
    "WGAN",
    "CTCRecognizer",
    "DiffusionModel",
    "InfoGAN",
    "NoiseSchedule",
    "ReceptiveField",
    "Seq2Seq",
    "Transformer",
    "ViT",
    "alexnet",
    "autoencoder",
    "bert",
    "bilstm_classifier",
    "convnext_tiny",
    "count_multiply_adds",
    "ctc_recognizer",
    "dcgan",
    "denoiser",
    "gpt",
    "lenet5",
    "mlp",
    "pretrained",
    "receptive_field",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "resnet_cifar",
    "transformer",
    "unet",
    "variational_autoencoder",
    "vgg11",
    "vgg13",
    "vgg16",
    "vgg19",
    "vit",
]

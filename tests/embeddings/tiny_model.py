"""A model of sentence-transformers small enough to be made by a test: real files, weights drawn
from a seed.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

DIMENSIONS = 32
LONGEST_TEXT = 64
# Words that have a vector of their own. Any other word is spelled, and reads like any word of the
# same letters.
WORDS = """
a au aînés bus cantine chantier collège commune cuisine de des du emmène haie haies jardin la le les
local maison marché médecin mobilité passage passages plante pour protège query replantée santé
soigne sols un une
""".split()
LETTERS = "abcdefghijklmnopqrstuvwxyzàâçéèêëîïôöùûüœ0123456789.,:;!?'’«»-"


def save_tiny_model(folder: Path, *, seed: int = 1, half: bool = False, **settings: Any) -> Path:
    """Write in `folder` a BERT of two layers and return it. `settings` are those of the library:
    `prompts`, `default_prompt_name`.

    `half` writes the weights in half precision, as some models are published.
    """
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    with TemporaryDirectory() as parts:
        model = _random_bert(seed)
        (model.half() if half else model).save_pretrained(parts)
        _tokenizer().save_pretrained(parts)
        modules = [Transformer(parts), Pooling(DIMENSIONS, pooling_mode="mean")]
        SentenceTransformer(modules=modules, device="cpu", **settings).save(
            str(folder), create_model_card=False
        )
    return folder


def save_word_vectors(folder: Path) -> Path:
    """Write in `folder` a model that is a table of word vectors, to which a text without words is
    all zeros, and return it.
    """
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    tokenizer = _tokenizer()
    weights = torch.randn(len(tokenizer), DIMENSIONS, generator=torch.Generator().manual_seed(1))
    module = StaticEmbedding(tokenizer, embedding_weights=weights)
    SentenceTransformer(modules=[module], device="cpu").save(str(folder), create_model_card=False)
    return folder


def save_tiny_reranker(folder: Path, *, labels: int = 1) -> Path:
    """Write in `folder` a CrossEncoder of two layers, drawn at random, and return it. With several
    `labels` it is a classifier, which puts nothing in order.
    """
    import torch
    from transformers import BertForSequenceClassification

    with torch.random.fork_rng():
        torch.manual_seed(1)
        model = BertForSequenceClassification(_config(num_labels=labels))
    model.save_pretrained(folder)
    _tokenizer().save_pretrained(folder)
    return folder


def _config(**settings: Any) -> Any:
    from transformers import BertConfig

    return BertConfig(
        vocab_size=len(_tokenizer()),
        hidden_size=DIMENSIONS,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=2 * DIMENSIONS,
        max_position_embeddings=LONGEST_TEXT,
        **settings,
    )


def _random_bert(seed: int) -> Any:
    """A BERT whose vectors are above all those of the words: the layers, drawn small, only shade
    them.
    """
    import torch
    from transformers import BertModel

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = BertModel(_config())
    model.get_input_embeddings().weight.data *= 50
    return model


def _tokenizer() -> Any:
    """A WordPiece tokenizer of `WORDS`, then of letters."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    pieces = [
        *special,
        *LETTERS,
        *(f"##{letter}" for letter in LETTERS),
        *(word for word in WORDS if len(word) > 1),
    ]
    numbered = {piece: number for number, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordPiece(numbered, unk_token="[UNK]"))  # noqa: S106
    tokenizer.normalizer = normalizers.BertNormalizer(strip_accents=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.decoder = decoders.WordPiece()
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_max_length=LONGEST_TEXT, **names
    )

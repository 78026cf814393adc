"""A model of MLServer for kserve.long.test.ts: a text becomes its length and its number of vowels."""

from mlserver import MLModel
from mlserver.types import InferenceResponse, ResponseOutput


class Counter(MLModel):
    async def predict(self, payload):
        texts = [text.decode() if isinstance(text, bytes) else text for text in payload.inputs[0].data]
        counts = [[float(len(text)), float(sum(text.count(vowel) for vowel in "aeiou"))] for text in texts]
        return InferenceResponse(
            id=payload.id,
            model_name=self.name,
            outputs=[
                ResponseOutput(
                    name="counts",
                    shape=[len(texts), 2],
                    datatype="FP32",
                    data=[count for pair in counts for count in pair],
                )
            ],
        )

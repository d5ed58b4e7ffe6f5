"""A LangChain chain whose answers are audited, and a chat model that can stand in any chain.

`FakeListChatModel` stands for the model that you have, so that this runs without a network.
"""

from langchain_core.language_models import FakeListChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate

from guard import Guard
from guard.integrations.langchain import GuardedChatModel, GuardedRunnable

MODEL_SAYS = "Don't be sad! Everything happens for a reason. Sending hugs!"

guard = Guard(mode="block")
model = FakeListChatModel(responses=[MODEL_SAYS])
prompt = ChatPromptTemplate.from_template("Answer kindly: {question}")

chain = GuardedRunnable(prompt | model | StrOutputParser(), user="question", guard=guard)
guarded_model = GuardedChatModel(inner=model, guard=guard)

if __name__ == "__main__":
    print(chain.invoke({"question": "My dog died last night. What now?"}))
    print(guarded_model.invoke("My dog died last night. What now?").text)

namespace CustomMta.Smtp;

/// <summary>The conversation ends here: with a last reply, or, where nobody is there to hear it, with none.</summary>
internal sealed class ConversationEndException(Reply? reply) : Exception(reply?.Text ?? "The client left.")
{
    public Reply? Reply { get; } = reply;
}

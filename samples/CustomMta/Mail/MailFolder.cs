namespace CustomMta.Mail;

/// <summary>Where in a mailbox a message goes.</summary>
internal enum MailFolder
{
    Inbox,

    /// <summary>What a Domain Owner wants to be quarantined, and what cannot be judged.</summary>
    Junk,
}

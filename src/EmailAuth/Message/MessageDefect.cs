namespace EmailAuth.Message;

/// <summary>Why a header block cannot be judged. Every check then ends in permerror.</summary>
public enum MessageDefect
{
    /// <summary>There is no defect.</summary>
    None,

    /// <summary>The header block is longer than <see cref="MessageLimits.MaxHeaderBytes"/>.</summary>
    HeaderBlockTooLong,

    /// <summary>There are more fields than <see cref="MessageLimits.MaxHeaderFields"/>.</summary>
    TooManyFields,

    /// <summary>A field is longer than <see cref="MessageLimits.MaxFieldBytes"/>.</summary>
    FieldTooLong,

    /// <summary>A field's name is longer than <see cref="MessageLimits.MaxFieldNameBytes"/>.</summary>
    FieldNameTooLong,
}

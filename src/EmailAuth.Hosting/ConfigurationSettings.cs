using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace EmailAuth.Hosting;

/// <summary>
/// Reads the settings from a section. A key that is not known is an error, since a bound that was spelled wrong would be none; so is a value of the wrong kind.
/// </summary>
internal sealed class ConfigurationSettings(IConfiguration configuration) : IConfigureOptions<EmailAuthOptions>
{
    /// <inheritdoc/>
    public void Configure(EmailAuthOptions options)
    {
        options.Path = (configuration as IConfigurationSection)?.Path ?? "";
        try
        {
            configuration.Bind(options, static binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException exception)
        {
            // Told by the validator, together with what else is wrong.
            options.BindingError = exception.Message + Hint(exception.Message);
        }
    }

    private static string Hint(string message) =>
        message.Contains("System.TimeSpan", StringComparison.Ordinal) ? " A time is written as hours:minutes:seconds, such as 00:00:05 or 00:00:00.250, with days before a dot, such as 1.00:00:00." : "";
}

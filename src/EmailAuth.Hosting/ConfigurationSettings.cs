using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace EmailAuth.Hosting;

/// <summary>
/// Reads the settings from a section, by the table <see cref="SettingKeys"/>. A key that is not known is a fault, since a bound that was spelled wrong would be
/// none; so is a value of the wrong kind. The validator tells all of them, together with what else is wrong.
/// </summary>
internal sealed class ConfigurationSettings(IConfiguration configuration) : IConfigureOptions<EmailAuthOptions>
{
    /// <inheritdoc/>
    public void Configure(EmailAuthOptions options)
    {
        options.Path = (configuration as IConfigurationSection)?.Path ?? "";
        new SettingsReader(configuration, options.Path, options.Faults).ReadKeys(options, SettingKeys.Root);
    }
}

package metasim

// known are the fields that a kind of node has, as far as Meta's own field lists
// and reference pages name them. A question for any other is refused, as Meta
// refuses it. A field that is known and has no value is left out of the answer.
//
// Sources: Meta's business SDK, api_specs/specs (15 Apr 2026); Meta's OpenAPI
// file v23.0 (21 Nov 2025); Meta's Flows API reference.
var known = map[string][]string{
	"WhatsAppBusinessAccount": {
		"id", "name", "status", "account_review_status", "business_verification_status", "ownership_type", "owner_business", "owner_business_info",
		"on_behalf_of_business_info", "currency", "country", "timezone_id", "message_template_namespace",
		"disable_marketing_messages_on_cloud_api", "marketing_messages_lite_api_status", "whatsapp_business_manager_messaging_limit",
		"is_enabled_for_insights", "primary_business_location", "purchase_order_number", "health_status",
	},
	"WhatsAppBusinessPhoneNumber": {
		"id", "display_phone_number", "verified_name", "status", "quality_rating", "code_verification_status", "name_status", "new_name_status",
		"account_mode", "platform_type", "throughput", "messaging_limit_tier", "whatsapp_business_manager_messaging_limit",
		"is_official_business_account", "is_pin_enabled", "is_on_biz_app", "webhook_configuration", "last_onboarded_time", "health_status",
	},
	"WhatsAppBusinessHSM": {
		"id", "name", "language", "status", "category", "previous_category", "quality_score", "rejected_reason", "components", "health_status",
	},
	"WhatsAppBusinessFlow": {
		"id", "name", "status", "categories", "validation_errors", "json_version", "data_api_version", "endpoint_uri", "preview",
		"whatsapp_business_account", "application", "health_status",
	},
	"Application":                            {"id", "name", "link", "category"},
	"WhatsAppBusinessAccountToSubscribedApp": {"whatsapp_business_api_data", "override_callback_uri"},
	"WhatsAppBusinessEncryption":             {"business_public_key", "business_public_key_signature_status"},
	"WhatsAppMessageHistory":                 {"id", "message_id", "events"},
	"WhatsAppBusinessAccountActivity":        {"id", "activity_type", "timestamp", "actor_type", "actor_id", "actor_name", "description", "details"},
}

// usual are the fields that are told when none are asked for. Where it is not
// here, all of known are.
var usual = map[string][]string{
	"WhatsAppBusinessAccount":         {"id", "name", "timezone_id", "message_template_namespace"},
	"WhatsAppBusinessPhoneNumber":     {"id", "display_phone_number", "verified_name", "quality_rating", "code_verification_status"},
	"WhatsAppBusinessHSM":             {"id", "name", "language", "status", "category", "components"},
	"WhatsAppBusinessFlow":            {"id", "name", "status", "categories", "validation_errors"},
	"Application":                     {"id", "name", "link"},
	"WhatsAppMessageHistory":          {"id", "message_id"},
	"WhatsAppBusinessAccountActivity": {"id", "activity_type", "timestamp", "actor_type"},
}
